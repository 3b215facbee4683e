"""A second set of descriptions, written after the first was passed, to see whether the rules generalise."""

from __future__ import annotations

AI_CHIP = """
全功能GPU与智算集群
AI训推一体芯片
云端和边缘AI加速卡
云端AI算力芯片(邃思)
GPU(风华系列)与高速接口IP
边缘AI芯片与端侧SoC
AI推理芯片(DeepEdge)与解决方案
视频AI推理GPU
国产高性能GPGPU芯片设计企业
车规级智能汽车计算芯片
智能驾驶SoC与机器人芯片
机器人端侧AI芯片
大模型推理芯片
AI芯片设计公司
感存算一体视觉芯片
可重构数据流处理器
TPU训练芯片
RISC-V AI CPU与NPU
RPP架构并行计算芯片
光计算芯片
语音识别AI芯片
边缘AI视觉芯片
阿里旗下AI芯片设计
华为AI芯片品牌
百度旗下AI芯片公司
人工智能算力芯片及智算产品
桌面级GPU显卡
国产GPU独角兽
图形GPU与显控模块
图形显控模块与GPU
AIoT SoC芯片与NPU
服务器CPU与AI加速器DCU
高端处理器(CPU、DCU)
专为大语言模型推理设计的ASIC
自动驾驶AI计算芯片及算法
端侧大模型AI SoC
智能座舱与智能驾驶芯片
我们是一家专注于通用智能计算GPU的芯片设计公司
主营业务为人工智能芯片产品的研发、设计和销售
主要产品包括云端智能芯片及加速卡、训练整机、边缘智能芯片及加速卡
致力于为AI计算提供底层算力的芯片公司,核心产品为NPU
神经拟态处理器
高性能通用GPU和AI加速器
Chinese GPU start-up
GPU designer founded by ex-AMD engineers
designs GPUs and AI accelerators
AI chipmaker
Edge AI SoCs
full-stack GPU vendor for AI training and inference
chips for autonomous driving
Baidu's AI chip unit
GPGPU and AI computing chips
neuromorphic processors
專注於GPU的晶片設計公司
通用GPU與AI加速卡
""".strip().splitlines()

RELATED = """
DRAM制造
DRAM芯片研发制造
存储模组与嵌入式存储
内存接口与互连芯片
GPU与AI芯片封测
高端封测与Chiplet封装
晶圆级先进封装
半导体测试探针
AI芯片测试机
芯片第三方测试
CIS封装测试
特色工艺晶圆代工(功率、MEMS)
碳化硅晶圆
12英寸抛光硅片
电子特气与前驱体
半导体真空泵及零部件
干法刻蚀设备与薄膜设备
光刻机零部件
晶圆传输设备(EFEM)
半导体用石英坩埚
ABF载板
键合设备
EDA与IP
EDA点工具与良率软件
GPU/NPU IP授权
RISC-V处理器IP
SerDes与Chiplet互连IP
自主指令集CPU
x86架构CPU
Arm服务器CPU
RISC-V CPU
FPGA与CPLD
FPGA与AI异构
DPU芯片
智能网卡与DPU
网络控制器与网卡芯片
通用服务器与AI服务器
服务器制造
AI服务器ODM
服务器与存储
以太网交换芯片
PCIe Retimer与CXL
光通信芯片
硅光芯片
激光器芯片(DFB/EML)
CPO光引擎与FAU
光互连与光计算
有源铜缆AEC芯片
AI数据中心光模块
数据中心高速互联芯片
手机SoC
超级计算机与服务器
GPU芯片流片与量产服务
半导体设备电源
HBM测试设备
AI芯片用封装材料
面向GPU的HBM存储
AI芯片基板
供应英伟达的光模块
与英伟达合作的服务器厂商
contract chip manufacturing
DRAM producer
advanced packaging for AI chips
chip testing equipment for GPUs
silicon photonics and co-packaged optics
DPU maker
server CPUs based on Arm
GPU server maker
IP licensing for GPUs and NPUs
wafer cleaning equipment
晶圓測試設備
伺服器代工
光罩與光阻材料
""".strip().splitlines()

NO = """
GPU算力租赁
GPU算力云
智算云服务与算力调度
彩票印刷与算力租赁
风电法兰与算力租赁
味精与算力租赁
智算中心集成与运维
算力基础设施服务
AI大模型与智能体
AI计算机视觉软件
多模态AI与视频生成
AI制药
AI语音软件
机器视觉检测软件
决策智能软件
AI操作系统平台
AI眼镜
AI玩具
自动驾驶解决方案与无人车
Robotaxi运营
智能驾驶算法与域控
智能座舱软件
车载激光雷达
具身智能机器人
具身智能大模型
CIS图像传感器
安防视频ISP芯片
视频监控SoC
车规级MCU
AI MCU
蓝牙与Wi-Fi SoC
蜂窝物联网芯片
射频开关与低噪放
GaN功率芯片
模拟与电源芯片
DC-DC电源芯片(AI服务器供电)
GPU多相电源
AI服务器液冷
数据中心温控
数据中心电源UPS
服务器电源
服务器机柜与结构件
高多层PCB(AI服务器)
AI服务器用铜箔
覆铜板
印制电路板
AI服务器用MLCC电容
芯片电感
电子元器件电商
半导体元器件分销
AI芯片代理分销
芯片投资基金
AI芯片产业园运营
集成电路产业园开发
芯片行业媒体与培训
加密矿机与自营挖矿
ASIC矿机芯片
矿机与AI算力服务
比特币矿机(ASIC)
石油工程技术服务
光伏与储能
LED外延片与芯片
LED驱动芯片
显示面板
Mini LED显示
指纹识别芯片
生物芯片与基因检测
微流控芯片
创新药(微芯)
智能电网设备
智能水表
智能锁
智能制造软件
图形图像软件
三维图形引擎
图形工作站软件
计算机图形CAD
芝麻食品
骨科机器人
游戏与社交平台
浏览器与AI搜索
在线教育
云渲染与GPU云
超算云服务
数据中心建设
洁净室工程
网络安全软件
工业自动化
无人机
电子烟
卫星通信终端
光纤光缆
非AI芯片企业,主营电源芯片
未从事GPU研发,主营视频软件
不生产芯片,提供GPU算力服务
前身为AI芯片公司,现从事游戏
客户包括寒武纪等AI芯片公司的PCB厂商
投资了多家GPU公司的创投机构
通过采购英伟达H100对外出租算力
GPU cloud
GPU-as-a-service provider
AI infrastructure cloud operator
AI software platform
generative AI models
AI drug discovery
autonomous driving software
robotaxi operator
analog chips
power management ICs
memory of things app
mining rigs
PCB maker for AI servers
crypto miner pivoting to GPU hosting
smartphone maker
電源供應器
雲端服務
機器人
區塊鏈礦機晶片
""".strip().splitlines()

CASES = tuple(
    [(text, "ai_chip") for text in AI_CHIP]
    + [(text, "related") for text in RELATED]
    + [(text, "no") for text in NO]
)
