"""One-line business descriptions with the grade the label rule gives them, written before the grader was.

Rule: no line is taken from the labelled corpus; each stands for a way of speaking, not for a company.
"""

from __future__ import annotations

AI_CHIP = """
全功能GPU
GPU芯片设计
国产通用图形处理器研发商
云端AI训练与推理芯片
云端人工智能训练芯片
AI芯片
专注人工智能芯片的研发、设计和销售
通用并行计算处理器(GPGPU)
面向数据中心的大算力GPU
AI推理加速卡
边缘端AI视觉SoC
端侧NPU芯片
张量处理器TPU芯片
可重构计算AI芯片
CPU与DCU
海光CPU及深度计算处理器DCU
车载AI芯片
自动驾驶SoC芯片
智能驾驶芯片及域控制器
高阶智驾芯片
存内计算芯片
存算一体大模型推理芯片
类脑芯片
神经网络处理器
深度学习处理器与加速卡
大模型推理LPU芯片
AI ASIC芯片
云端推理芯片、视频处理GPU
RISC-V架构AI芯片
昇腾AI处理器
图形渲染GPU与智算加速卡
算力芯片研发
智算芯片
不同于传统CPU厂商,公司研发GPU
为数据中心提供GPU芯片与加速卡
基于自研架构的GPGPU
对标英伟达的国产GPU
专注于Transformer大模型专用芯片
公司主要从事通用GPU芯片及软件栈的研发与销售
数据中心AI加速器
3D堆叠近存计算AI芯片
人工智慧晶片設計
雲端AI訓練晶片
圖形處理器(GPU)研發
車用自動駕駛晶片
边缘计算AI芯片与模组
低功耗端侧AI推理芯片
AI视觉处理器
智能计算加速卡与GPU服务器
fabless GPU designer
AI chip startup
Designer of AI accelerators for data centers
maker of neural processing units (NPU)
autonomous driving SoC supplier
AI inference chips and accelerator cards
general-purpose GPU developer
edge AI processor vendor
TPU-style AI training chips
deep learning processors
in-memory computing AI chips
""".strip().splitlines()

RELATED = """
晶圆代工厂
12英寸特色工艺晶圆代工
AI芯片代工
AI芯片先进封装
用于AI芯片的测试设备
GPU测试服务
集成电路封装与测试
刻蚀设备
薄膜沉积设备
半导体清洗设备
涂胶显影设备
离子注入机
半导体量检测设备
集成电路测试机与分选机
半导体零部件
半导体级石英制品
光刻胶
碳化硅衬底
半导体硅外延片
电子级多晶硅材料
溅射靶材
湿电子化学品
封装基板
光掩模版
EDA工具
数字芯片EDA及原型验证系统
接口IP授权
GPU IP授权
为GPU厂商提供半导体IP
DRAM存储器
NOR Flash存储芯片
HBM内存
企业级固态硬盘与存储模组
内存接口芯片
国产x86 CPU
服务器CPU
FPGA芯片
DPU与智能网卡
AI服务器
服务器整机研发制造
AI服务器代工与电子制造
高性能计算机与服务器
800G光模块
光芯片
硅光引擎与CPO
高速铜缆连接器
PCIe交换芯片
以太网交换芯片
芯片设计服务
AI芯片定制设计服务
GPU服务器整机
積體電路封裝測試
記憶體模組
晶圓代工
foundry
memory maker
semiconductor etching equipment
EDA software vendor
optical transceivers for AI data centers
FPGA supplier
outsourced semiconductor assembly and test
AI server manufacturer
silicon wafers
CPU designer
""".strip().splitlines()

NO = """
GPU服务器租赁
采购英伟达GPU提供算力租赁
算力租赁
智算中心建设与运营
GPU云服务
AI算力云平台
GPU散热
AI芯片液冷散热
AI服务器电源
GPU供电电感
AI服务器PCB
英伟达GPU代理分销
电子元器件分销
AI芯片概念股投资
参股寒武纪的投资公司
大语言模型
多模态大模型与AI应用
AI软件
AI视觉算法与解决方案
智能语音与人工智能平台
通用MCU
32位微控制器
电源管理芯片
模拟芯片
射频前端芯片
射频滤波器
功率半导体
IGBT模块
碳化硅功率器件
CMOS图像传感器
MEMS传感器
蓝牙芯片
Wi-Fi芯片
显示驱动芯片
触控与指纹芯片
智能卡安全芯片
智能电表芯片
比特币矿机
矿机芯片
区块链高性能计算芯片与矿机
人形机器人
协作机器人
扫地机器人
激光雷达
自动驾驶出租车
自动驾驶软件算法
图形设计软件
工业软件
游戏图形引擎
公有云
数据中心IDC服务
云服务器
网络安全
创新药
原创新药研发
石油钻采设备
油田化学品
光伏硅片
光伏电池设备
锂电池
LED芯片
LED封装
智能家居
智能手机
工控主板
食品
房地产
显卡与主板板卡贸易
不涉及GPU或AI芯片业务
GPU虚拟化软件
AI芯片编译器软件
以AI芯片采购为主的系统集成商
动漫IP运营
视频监控
网约车平台
電源管理晶片
加密貨幣挖礦機
大型語言模型
liquid cooling for AI servers
GPU cloud rental
compute leasing
large language model developer
cloud computing services
bitcoin mining ASICs
power semiconductors
RF chips
humanoid robots
distributor of NVIDIA GPUs
AI software
microcontrollers
CMOS image sensors
""".strip().splitlines()

CASES = tuple(
    [(text, "ai_chip") for text in AI_CHIP]
    + [(text, "related") for text in RELATED]
    + [(text, "no") for text in NO]
)
