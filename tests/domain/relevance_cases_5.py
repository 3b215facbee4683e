"""A fifth set: sentences of prospectuses, briefs and tutoring reports on users, plans and whole trades."""

from __future__ import annotations

AI_CHIP = """
自主研发的AI推理芯片已出货逾十万颗,配套软件栈兼容CUDA。
Shanghai-based maker of general-purpose GPUs. It filed for a STAR Market listing in March to raise RMB 6bn.
An AI chip start-up whose wafer-scale processor competes with Nvidia's H100.
国产GPU第一梯队企业之一,产品涵盖渲染卡、云桌面卡与智算卡。
Neuromorphic processor designer targeting always-on sensing.
DSA架构领域专用处理器设计企业,主打大模型训练与推理。
The issuer is a developer of system-on-chips for advanced driver assistance and automated driving.
該公司為雲端AI訓練晶片及邊緣推論晶片供應商,客戶涵蓋網路業者與伺服器廠。
Sells inference cards and rack-scale systems based on its own tensor processor architecture.
该企业设计的NPU已集成进自家的边缘AI芯片中,年出货超千万颗。
研发面向科学计算与人工智能的众核加速处理器。
智能驾驶计算平台芯片供应商,量产车型超过二十款。
主营通用智能芯片及其基础系统软件。
Its Kunpu series of inference chips is deployed at China Mobile.
聚焦具身智能的大脑芯片研发商,SoC算力达200TOPS。
高性能CPU与DCU协处理器
The company, based in Beijing, designs AI accelerators. It relies on SMIC for manufacturing and on S\
amsung for HBM.
首款训推一体芯片已于2025年底流片,预计2026年下半年量产。
深耕自动驾驶感知与决策芯片,量产SoC搭载于多款新能源汽车。
公司從事圖形處理器之設計,並提供驅動程式與開發工具。
受美国实体清单影响,公司GPU改由国内代工厂生产。
公司核心产品"天罡"系列GPU支持FP64、FP32及INT8等多种精度。
China's answer to Nvidia: it develops full-function GPUs for gaming and AI.
主营业务收入按产品分:智能加速卡占81%,智能模组占12%,IP授权占7%。
以自研VPU和AI加速卡切入数据中心视频与推理市场。
Provider of smart-driving compute chips listed in Hong Kong.
A GPU designer seeking to raise 8bn yuan in Shanghai.
公司拟募集资金80亿元,用于新一代自主可控AI训推一体芯片研发等项目。
瑞芯系AIoT处理器供应商,旗舰芯片内置6TOPS NPU。
An analog in-memory-computing chip firm; its processors run speech and vision models at milliwatts.
Cloud AI chip unit spun off from an internet search group.
服务器与AI推理卡生产商,推理卡芯片由公司自主设计。
AI计算芯片及软硬件解决方案提供商,产品形态包括加速卡、模组与整机。
The company designs inference accelerators for edge servers, with a self-developed NPU core and compiler.
端侧AI SoC供应商;主要产品用于智能音箱、扫地机器人及工业视觉。
基于SRAM的存算一体技术路线,推出面向端侧大模型的AI芯片,能效比达到30TOPS/W。
專注於GPU與人工智慧加速晶片之研發設計,產品應用於資料中心。
募投项目:新一代图形渲染GPU研发、AI推理芯片研发及产业化。
公司产品线包括数据中心GPU、工作站GPU和消费级显卡三大类。
业内少有的同时拥有GPU和AI ASIC两条产品线的芯片公司。
脱胎于某互联网公司的AI芯片事业部,主营昆系列AI加速器,向母公司及外部云厂商供货。
辅导对象自成立以来一直从事深度计算处理器(DCU)与高端通用处理器的研发,客户主要为服务器整机厂商。
AI芯片企业,产品包括芯片、加速卡、服务器和集群,2025年集群收入占比七成。
""".strip().splitlines()

RELATED = """
FC-BGA封装基板制造商,供应CPU、GPU、FPGA等芯片客户。
300mm大硅片制造企业,终端包括AI芯片、存储芯片。
Harbor Test makes automatic test equipment used to screen HBM stacks and AI accelerators.
晶圆代工企业,28nm及以下产能主要承接国产GPU和AI芯片订单。
专注高速互连IP与芯片,产品包括PCIe 6.0控制器、UCIe IP,已授权给十余家AI芯片公司。
Packages and tests GPUs for fabless clients.
DRAM与逻辑芯片混合键合代工企业,服务近存计算AI芯片。
Optical interconnect maker whose engines link thousands of GPUs.
公司提供SoC定制和量产服务,AI芯片客户收入占比过半。
A wafer-thinning equipment maker.
自主指令系统CPU及配套桥片设计企业,桥片中集成自研GPU核。
国产服务器整机厂商,主推基于鲲鹏与昇腾的服务器产品。
高速光芯片(EML、硅光)研发与制造,应用于AI数据中心光互连。
国内半导体IP龙头,拥有GPU、NPU、VPU等六类处理器IP,提供一站式定制服务。
高速互连芯片(Chiplet D2D与Scale-up交换)设计企业,服务于国产GPU超节点。
""".strip().splitlines()

NO = """
多相电源管理芯片及DrMOS设计公司,产品为GPU和CPU供电。
大语言模型研发企业,训练使用国产AI芯片集群。
人形机器人整机公司,主控采用地平线征程芯片。
计算机视觉算法软件公司,算法可部署于各类GPU与NPU。
汽车橡胶软管生产企业,控股股东拟变更为一家TPU芯片公司。
热塑性聚氨酯(TPU)材料生产企业,应用于鞋材与手机壳。
国内GPU及AI加速卡的代理销售商,自身不从事芯片研发。
医用质子加速器及放疗设备研发制造商。
激光雷达整机企业,自研激光收发芯片。
动画制作与数字图形渲染服务商,自建GPU渲染农场。
行业PC、工控主板及边缘计算盒子厂商,部分产品搭载NPU。
云游戏与云渲染平台运营商,与摩尔线程合作部署国产GPU。
新能源整车企业,正自研智驾芯片,预计2027年上车。
仓储物流机器人,导航系统使用NPU模块。
商业卫星制造商,在轨验证星载AI芯片。
大模型一体机软件提供商,预装国产AI芯片服务器。
The company operates bitcoin mines and has begun leasing GPUs to AI firms.
一家专注于GPU产业的投资机构,投资组合包括壁仞、燧原。
某新能源车企,已成立芯片子公司研发自动驾驶芯片。
公司致力于GPU加速的工业仿真软件开发。
算力中心总包建设商,承建多个万卡GPU集群。
算力运营商,自建智算中心,拥有国产AI芯片卡超过一万张。
手机品牌商,自研影像芯片NPU用于旗舰机。
安防龙头,人工智能摄像机内置自研AI芯片。
电商平台,销售显卡、CPU等电脑配件。
建筑公司,中标某AI芯片企业总部大楼。
NPU指标检测的环境监测公司。
无线耳机芯片公司,芯片内置轻量NPU用于降噪。
AI算法公司,产品以软件授权形式部署在客户的GPU服务器上。
超级计算机运维与云渲染
脑机接口芯片与设备
TPU鞋材
声学企业,麦克风阵列搭配语音AI芯片使用。
Satellite maker testing an AI chip in orbit.
MCU企业,募集资金用于端侧AI芯片研发项目。
GPU算力租赁服务商,拥有万卡英伟达H800集群。
AI算力调度软件企业,支持对寒武纪、昇腾、海光等异构加速卡的统一管理。
芯片公司,主营蓝牙SoC,2025年新增端侧AI功能。
公司从事车规MCU、电源芯片研发,并为智驾芯片提供配套电源方案。
Crypto miner converting its sites into GPU data centres.
PCB企业。AI加速卡、GPU服务器对高多层板需求旺盛。
A cloud company that designs no chips and rents Nvidia GPUs.
智能汽车解决方案提供商,为主机厂提供基于地平线征程6的域控产品。
原主营纺织,2024年跨界算力租赁,持有英伟达GPU服务器。
数据中心运营商,园区部署某国产GPU公司的千卡集群。
数据中心液冷解决方案商,为GPU服务器提供冷板与CDU。
视频平台公司,部署自研推荐模型并租用GPU。
AI语音助手软件公司,端侧模型可在NPU上运行。
触控芯片公司,未涉足GPU。
Seller of used mining GPUs.
""".strip().splitlines()

CASES = tuple(
    [(text, "ai_chip") for text in AI_CHIP]
    + [(text, "related") for text in RELATED]
    + [(text, "no") for text in NO]
)
